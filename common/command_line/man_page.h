// A program's man page in roff's man(7) macros, generated from its declared command line. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/command_line/command_tree.h"

namespace prelabel {

// What a command line does not say of itself. Pairs are a term and what it means, in plain text
// where `backquotes` are around what is typed.
struct Manual {
  using Terms = std::vector<std::pair<std::string, std::string>>;

  std::string summary;                   // after the name, without a full stop
  std::vector<std::string> description;  // paragraphs
  Terms exit_statuses;
  Terms files;
  Terms environment;
  Terms examples;                     // a command, and what it does
  std::vector<std::string> see_also;  // "prelabel(1)", addresses
};

// "Exit status: 0 done, 1 failed.", for --help; lines of at most 90 characters.
std::string ExitStatusLine(const Manual& manual);

// Section 1. `version`: "prelabel 0.1.0"; `date`: 2026-11-24.
std::string ManPage(const Command& root, const Manual& manual, const std::string& version,
                    const std::string& date);

}  // namespace prelabel
