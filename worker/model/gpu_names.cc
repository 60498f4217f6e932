#include "worker/model/gpu_names.h"

#include <fstream>
#include <set>
#include <string_view>
#include <system_error>

namespace prelabel {
namespace {

constexpr std::string_view kModel = "Model:";
constexpr std::string_view kBlank = " \t\r";

std::string NameIn(const std::filesystem::path& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(kModel)) continue;
    const auto begin = line.find_first_not_of(kBlank, kModel.size());
    if (begin == std::string::npos) return {};
    return line.substr(begin, line.find_last_not_of(kBlank) + 1 - begin);
  }
  return {};
}

}  // namespace

std::string GpuNames(const std::filesystem::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    names.insert(NameIn(it->path() / "information"));
  }
  names.erase("");
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : " + ") + name;
  return all;
}

}  // namespace prelabel
