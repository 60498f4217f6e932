#include "common/command_line/describe_itself.h"

#include "common/command_line/completion.h"
#include "common/command_line/read_command_tree.h"

namespace prelabel {

DescribeItself::DescribeItself(CLI::App& app) : app_(app) {
  completion_ =
      app.add_subcommand("completion", "Print completions of the command line for a shell");
  completion_->add_option("shell", shell_, "bash, zsh or fish")
      ->check(CLI::IsMember(CompletionShells()))
      ->required();
  const std::string name = app.get_name();
  completion_->footer("bash: source <(" + name +
                      " completion bash)\nzsh, after compinit: source <(" + name +
                      " completion zsh)\nfish: " + name + " completion fish | source");
}

bool DescribeItself::parsed() const { return completion_->parsed(); }

Result<std::string> DescribeItself::Text() const {
  return Completion(ReadCommandTree(app_), shell_);
}

}  // namespace prelabel
