// `PROGRAM completion SHELL`: what a program tells of its own command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "common/base/result.h"

namespace prelabel {

// The commands, declared as the last ones of a program; lives as long as the program's CLI::App.
class DescribeItself {
 public:
  explicit DescribeItself(CLI::App& app);
  DescribeItself(const DescribeItself&) = delete;
  DescribeItself& operator=(const DescribeItself&) = delete;

  // Whether the user asks for it.
  bool parsed() const;
  // What is to be printed then.
  Result<std::string> Text() const;

 private:
  CLI::App& app_;
  CLI::App* completion_;
  std::string shell_;
};

}  // namespace prelabel
