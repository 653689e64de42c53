# GoogleTest for a system that has no packages here: from the sources that Debian's googletest brings.
set(OUTBOARD_GOOGLETEST /usr/src/googletest CACHE PATH "Where GoogleTest's sources are")
set(INSTALL_GTEST OFF)
add_subdirectory(${OUTBOARD_GOOGLETEST} ${CMAKE_BINARY_DIR}/googletest EXCLUDE_FROM_ALL SYSTEM)
foreach(library gtest gmock gtest_main)
  if(NOT TARGET GTest::${library})
    add_library(GTest::${library} ALIAS ${library})
  endif()
endforeach()
