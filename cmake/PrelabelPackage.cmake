# `cmake --build build/release --target package` makes Debian packages of the two components (docs/install.md); their
# dependencies are those of the libraries that the programs need on this machine (dpkg-shlibdeps).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME prelabel)
set(CPACK_PACKAGE_CONTACT "${PRELABEL_MAINTAINER}")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL coordinator worker)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# prelabel_package(COMPONENT PACKAGE DESCRIPTION)
macro(prelabel_package component package description)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${description}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA "")
  foreach(script conffiles postinst prerm postrm)
    list(APPEND CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/packaging/${package}/${script})
  endforeach()
endmacro()

prelabel_package(coordinator prelabel
"coordinator of a dataset pre-labeling cluster
Labels image and video datasets with a pre-trained model, so that people
correct labels instead of drawing them: cuts a dataset up, sends the parts to
workers, merges one set of labels that does not depend on how many there
were, and reports what can be automated.")
set(CPACK_DEBIAN_COORDINATOR_PACKAGE_RECOMMENDS "prelabel-worker (= ${PROJECT_VERSION}), ca-certificates")
set(CPACK_DEBIAN_COORDINATOR_PACKAGE_SUGGESTS "openssh-client, slurm-client")

prelabel_package(worker prelabel-worker
"worker of a dataset pre-labeling cluster
Joins a coordinator (package prelabel) on this machine or another, is sent
pictures, videos and a model, and sends back what the model says.")
# Debian's LibTorch otherwise uses the reference BLAS, 4 x slower.
set(CPACK_DEBIAN_WORKER_PACKAGE_RECOMMENDS "libopenblas0-pthread, ca-certificates")
set(CPACK_DEBIAN_WORKER_PACKAGE_SUGGESTS "prelabel, python3-torchvision")

# Empty: each description has a first line of its own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
include(CPack)
