# Run by `cmake --install` and CPack once a component; PrelabelInstall.cmake sets its variables. DESTDIR is seen to by
# file(INSTALL).
set(share "${CMAKE_INSTALL_PREFIX}/${datarootdir}")
set(bin "${CMAKE_INSTALL_PREFIX}/${bindir}")
set(etc "${CMAKE_INSTALL_PREFIX}/etc")
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(etc /etc)
endif()

# Copies FILE to FOLDER, compressed; -n: without its time, for packages that can be made again.
function(install_compressed file folder)
  get_filename_component(name "${file}" NAME)
  execute_process(COMMAND "${gzip}" -9nc "${file}" OUTPUT_FILE "${build}/${name}.gz" COMMAND_ERROR_IS_FATAL ANY)
  file(INSTALL "${build}/${name}.gz" DESTINATION "${folder}")
endfunction()

install_compressed("${build}/changelog" "${share}/doc/${package}")

# The unit names the program and the files that it reads.
configure_file("${source}/systemd/${unit}@.service.in" "${build}/${unit}@.service" @ONLY)
file(INSTALL "${build}/${unit}@.service" DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/systemd/system")
file(INSTALL "${source}/default/${unit}" DESTINATION "${etc}/default")

# Of what was generated, the worker's package has what is named after its program, the other one the rest.
file(GLOB_RECURSE files RELATIVE "${generated}" "${generated}/*")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME)
  get_filename_component(folder "${file}" DIRECTORY)
  set(owner prelabel)
  if(name MATCHES "^_?prelabel-worker")
    set(owner prelabel-worker)
  endif()
  if(NOT owner STREQUAL package)
    continue()
  endif()
  # Where zsh looks below /usr of a Debian; site-functions there is zsh's own.
  if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND EXISTS /etc/debian_version)
    string(REPLACE "zsh/site-functions" "zsh/vendor-completions" folder "${folder}")
  endif()
  if(folder MATCHES "^man/" AND NOT name MATCHES "\\.gz$")
    install_compressed("${generated}/${file}" "${share}/${folder}")
  else()
    file(INSTALL "${generated}/${file}" DESTINATION "${share}/${folder}")
  endif()
endforeach()

if(package STREQUAL "prelabel")
  # The example jobs name both beside them.
  foreach(folder schema profiles)
    file(CREATE_LINK "../../../prelabel/${folder}" "${build}/${folder}" SYMBOLIC)
    file(INSTALL "${build}/${folder}" DESTINATION "${share}/doc/prelabel/examples")
  endforeach()
endif()
