#include "common/command_line/command_tree.h"

#include <algorithm>

namespace prelabel {
namespace {

void Visit(const Command& command, const std::string& path,
           const std::function<void(const Command&, const std::string&)>& visit) {
  visit(command, path);
  for (const Command& child : command.commands) Visit(child, path + " " + child.name, visit);
}

}  // namespace

void ForEachCommand(const Command& root,
                    const std::function<void(const Command&, const std::string& path)>& visit) {
  Visit(root, root.name, visit);
}

std::string FirstClause(const std::string& description) {
  std::size_t end = description.size();
  for (const char* mark : {"; ", ": ", ". ", " ("}) end = std::min(end, description.find(mark));
  return description.substr(0, end);
}

}  // namespace prelabel
