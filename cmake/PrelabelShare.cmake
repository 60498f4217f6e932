# What shells and man read of a program, below share/ in the build tree as it is below /usr/share. The program
# writes it: it is made of the declaration of its command line.

# prelabel_share(PROGRAM): with every build of the program.
function(prelabel_share program)
  set(share ${PROJECT_BINARY_DIR}/share)
  set(bash ${share}/bash-completion/completions/${program})
  set(zsh ${share}/zsh/site-functions/_${program})
  set(fish ${share}/fish/vendor_completions.d/${program}.fish)
  set(man ${share}/man/man1/${program}.1)
  set(files ${bash} ${zsh} ${fish} ${man})
  # What the libraries of a program leak in a sanitizer build says nothing about these texts.
  set(run ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:${program}>)
  set(commands
    COMMAND ${run} completion bash > ${bash}
    COMMAND ${run} completion zsh > ${zsh}
    COMMAND ${run} completion fish > ${fish}
    COMMAND ${run} man > ${man})
  foreach(file ${files})
    get_filename_component(folder ${file} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
  endforeach()
  add_custom_command(OUTPUT ${files} ${commands} DEPENDS ${program} VERBATIM
                     COMMENT "Writing the man page and completions of ${program}")
  add_custom_target(${program}-share ALL DEPENDS ${files})
endfunction()
