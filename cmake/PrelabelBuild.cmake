# Compiler settings and the helpers by which every folder declares its layer.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# -ffp-contract=off: the same bytes whether or not the compiler may fuse a multiplication and an addition.
add_library(prelabel_options INTERFACE)
target_compile_options(prelabel_options INTERFACE -Wall -Wextra -Werror -ffp-contract=off)
# GCC 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
target_compile_options(prelabel_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_include_directories(prelabel_options INTERFACE ${PROJECT_SOURCE_DIR})
if(PRELABEL_SANITIZE)
  target_compile_options(prelabel_options INTERFACE
    -fsanitize=${PRELABEL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(prelabel_options INTERFACE -fsanitize=${PRELABEL_SANITIZE})
endif()

# prelabel_library(NAME SOURCES a.cc … [DEPS …] [PRIVATE_DEPS …])
# DEPS are layers that appear in the headers; PRIVATE_DEPS are third-party libraries of the adapter.
function(prelabel_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC prelabel_options ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE prelabel_options ${ARG_DEPS})
  endif()
endfunction()

# Everything that tests with the labels unit and simulation run; for builds that run no others.
add_custom_target(prelabel_unit_tests)

# prelabel_test(NAME SOURCES a_test.cc … DEPS …): one GoogleTest program, its cases found by CTest.
function(prelabel_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} prelabel_options GTest::gmock GTest::gtest_main)
  # What is tested is optimised; the tests themselves, whose checks the sanitizers make long, need not be.
  if(PRELABEL_SANITIZE)
    target_compile_options(${name} PRIVATE -O0)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_LABELS STREQUAL "integration")
    add_dependencies(prelabel_unit_tests ${name})
  endif()
  set(environment "")
  if(PRELABEL_SANITIZE STREQUAL "thread")
    set(environment ENVIRONMENT "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp")
  endif()
  gtest_discover_tests(${name} PROPERTIES LABELS "${ARG_LABELS}" ${environment} DISCOVERY_TIMEOUT 120
                       WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
