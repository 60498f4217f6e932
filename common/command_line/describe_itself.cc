#include "common/command_line/describe_itself.h"

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <utility>

#include "common/base/parse_number.h"
#include "common/command_line/completion.h"
#include "common/command_line/read_command_tree.h"

namespace prelabel {
namespace {

std::string Today() {
  std::time_t now = std::time(nullptr);
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  if (epoch != nullptr) now = ParseNumber<std::time_t>(epoch).value_or(now);
  std::tm utc{};
  gmtime_r(&now, &utc);
  return fmt::format("{:04}-{:02}-{:02}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday);
}

}  // namespace

DescribeItself::DescribeItself(CLI::App& app, Manual manual, std::string version)
    : app_(app), manual_(std::move(manual)), version_(std::move(version)) {
  completion_ =
      app.add_subcommand("completion", "Print completions of the command line for a shell");
  completion_->add_option("shell", shell_, "bash, zsh or fish")
      ->check(CLI::IsMember(CompletionShells()))
      ->required();
  const std::string name = app.get_name();
  completion_->footer(fmt::format(
      "bash: source <({0} completion bash)\n\nzsh, after compinit: source <({0} completion zsh)\n\n"
      "fish: {0} completion fish | source",
      name));
  man_ = app.add_subcommand("man", "Print the man page");
  man_->footer(fmt::format("{} man | man -l -", name));
}

bool DescribeItself::parsed() const { return completion_->parsed() || man_->parsed(); }

Result<std::string> DescribeItself::Text() const {
  const Command tree = ReadCommandTree(app_);
  if (completion_->parsed()) return Completion(tree, shell_);
  return ManPage(tree, manual_, "prelabel " + version_, Today());
}

}  // namespace prelabel
