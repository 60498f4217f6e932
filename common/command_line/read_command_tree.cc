#include "common/command_line/read_command_tree.h"

#include <algorithm>
#include <sstream>

namespace prelabel {
namespace {

// "{a,b}" of CLI::IsMember.
std::vector<std::string> ChoicesIn(const std::string& checks) {
  std::vector<std::string> choices;
  const std::size_t open = checks.find('{');
  const std::size_t close = checks.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return choices;
  std::istringstream inside(checks.substr(open + 1, close - open - 1));
  for (std::string choice; std::getline(inside, choice, ',');) choices.push_back(choice);
  return choices;
}

// "INT in [1 - 3600]" of CLI::Range.
std::string RangeIn(const std::string& checks) {
  const std::size_t open = checks.find(" in [");
  const std::size_t close = checks.find(']', open);
  if (open == std::string::npos || close == std::string::npos) return {};
  std::string range = checks.substr(open + 5, close - open - 5);
  const std::size_t dash = range.find(" - ");
  if (dash != std::string::npos) range.replace(dash, 3, " to ");
  return range;
}

CommandWord ReadWord(const CLI::Option& option) {
  CommandWord word;
  for (const std::string& name : option.get_snames()) word.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) word.names.push_back("--" + name);
  word.description = option.get_description();
  word.needed = option.get_required();
  word.fallback = option.get_default_str();
  word.many = option.get_items_expected_max() > 2;
  if (option.get_items_expected_max() == 0) return word;  // a flag
  word.list = option.get_delimiter() == ',';
  const std::string type = option.get_type_name();
  const std::size_t colon = type.find(':');
  word.value = type.substr(0, colon);
  if (colon != std::string::npos) {
    word.choices = ChoicesIn(type.substr(colon));
    word.range = RangeIn(type.substr(colon));
  }
  const auto ends = [&](const std::string& end) { return word.value.ends_with(end); };
  if (!word.choices.empty()) {
    word.kind = ValueKind::kChoice;
  } else if (ends("DIR")) {
    word.kind = ValueKind::kFolder;
  } else if (ends("FILE") || ends("PATH")) {
    word.kind = ValueKind::kFile;
  }
  // CLI11's own words for types, as manuals write them.
  if (word.value == "UINT" || word.value == "INT" || word.value == "FLOAT") word.value = "N";
  if (word.names.empty()) word.value = option.get_name(true);
  return word;
}

}  // namespace

Command ReadCommandTree(const CLI::App& app) {
  Command command;
  command.name = app.get_name();
  command.description = app.get_description();
  command.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    CommandWord word = ReadWord(*option);
    (word.names.empty() ? command.positionals : command.options).push_back(std::move(word));
  }
  for (const CLI::App* child : app.get_subcommands({})) {
    command.commands.push_back(ReadCommandTree(*child));
  }
  return command;
}

}  // namespace prelabel
