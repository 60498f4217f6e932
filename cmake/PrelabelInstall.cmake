# What `cmake --install` and CPack put where below the prefix (docs/install.md): Debian's places, two components.
# Nothing that is installed names the source or the build tree.
include(GNUInstallDirs)

find_program(GZIP_PROGRAM gzip REQUIRED)
set(PRELABEL_MAINTAINER "prelabel maintainers <maintainers@prelabel.invalid>")
# Of Debian's changelog; of SOURCE_DATE_EPOCH where that is set.
string(TIMESTAMP PRELABEL_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)

# prelabel_install_component(COMPONENT PACKAGE UNIT): what both have. PACKAGE is the name of the Debian package, of its
# system user and of its program; UNIT that of the systemd unit and of its file in /etc/default.
function(prelabel_install_component component package unit)
  set(build ${PROJECT_BINARY_DIR}/packaging/${package})
  configure_file(cmake/packaging/debian/changelog.in ${build}/changelog @ONLY)
  foreach(script conffiles postinst prerm postrm)
    configure_file(cmake/packaging/debian/${script}.in ${build}/${script} @ONLY)
  endforeach()
  install(TARGETS ${package} RUNTIME COMPONENT ${component})
  install(FILES cmake/packaging/debian/copyright NOTICE.md DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${package}
          COMPONENT ${component})
  # Known at installation only: the prefix, and what other targets generated.
  install(CODE "
    set(package \"${package}\")
    set(unit \"${unit}\")
    set(source \"${PROJECT_SOURCE_DIR}/cmake/packaging\")
    set(build \"${build}\")
    set(generated \"${PROJECT_BINARY_DIR}/share\")
    set(bindir \"${CMAKE_INSTALL_BINDIR}\")
    set(datarootdir \"${CMAKE_INSTALL_DATAROOTDIR}\")
    set(gzip \"${GZIP_PROGRAM}\")" COMPONENT ${component})
  install(SCRIPT cmake/install_component.cmake COMPONENT ${component})
endfunction()

if(TARGET prelabel)
  prelabel_install_component(coordinator prelabel prelabel-coordinator)
  set(data ${CMAKE_INSTALL_DATAROOTDIR}/prelabel)
  set(doc ${CMAKE_INSTALL_DATAROOTDIR}/doc/prelabel)
  install(DIRECTORY configs/schema configs/profiles docker/grafana DESTINATION ${data} COMPONENT coordinator)
  file(GLOB jobs CONFIGURE_DEPENDS configs/*.yaml)
  install(FILES ${jobs} DESTINATION ${doc}/examples COMPONENT coordinator)
  install(FILES README.md CHANGELOG.md SECURITY.md DESTINATION ${doc} COMPONENT coordinator)
  install(DIRECTORY docs DESTINATION ${doc} COMPONENT coordinator)
endif()
if(TARGET prelabel-worker)
  prelabel_install_component(worker prelabel-worker prelabel-worker)
endif()
