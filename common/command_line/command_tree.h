// What a program's command line has, as a value: what shell completions and man pages are made of.
// Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace prelabel {

// What the shell can offer for a value.
enum class ValueKind : std::uint8_t { kText, kChoice, kFile, kFolder };

struct CommandWord {
  std::vector<std::string> names;  // "-o", "--out", short ones first; empty: a positional word
  std::string value;               // "FILE"; of a positional its name; empty: a flag
  ValueKind kind = ValueKind::kText;
  std::vector<std::string> choices;  // of kChoice
  std::string range;                 // "1 to 3600", or empty
  std::string fallback;              // the default, or empty
  std::string description;
  bool list = false;    // several values with commas between
  bool many = false;    // may be given several times
  bool needed = false;  // has no default
};

struct Command {
  std::string name;
  std::string description;
  std::string footer;
  std::vector<CommandWord> options;
  std::vector<CommandWord> positionals;
  std::vector<Command> commands;
};

// Calls `visit` with every command and its path, parents first: "prelabel audit sample".
void ForEachCommand(const Command& root,
                    const std::function<void(const Command&, const std::string& path)>& visit);

// Up to the first mark that ends a part of a sentence: what fits beside an option in a menu.
std::string FirstClause(const std::string& description);

}  // namespace prelabel
