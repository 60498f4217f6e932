// `PROGRAM completion SHELL` and `PROGRAM man`: what a program tells of its own command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "common/base/result.h"
#include "common/command_line/man_page.h"

namespace prelabel {

// The commands, declared as the last ones of a program; lives as long as the program's CLI::App.
class DescribeItself {
 public:
  // `version`: of prelabel, "0.1.0".
  DescribeItself(CLI::App& app, Manual manual, std::string version);
  DescribeItself(const DescribeItself&) = delete;
  DescribeItself& operator=(const DescribeItself&) = delete;

  // Whether the user asks for it.
  bool parsed() const;
  // What is to be printed then. A man page bears the day that SOURCE_DATE_EPOCH names
  // (reproducible-builds.org), or today.
  Result<std::string> Text() const;

 private:
  CLI::App& app_;
  Manual manual_;
  std::string version_;
  CLI::App* completion_;
  CLI::App* man_;
  std::string shell_;
};

}  // namespace prelabel
