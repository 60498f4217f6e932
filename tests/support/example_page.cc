// Writes example reports as report.html and report.json, to look at them and to test them in a
// browser: example_page OUT_FOLDER [PICTURE.jpg...]
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/example_report.h"

namespace prelabel {
namespace {

// Size from the frame header of a baseline or progressive JPEG (ITU-T T.81, B.2.2).
SamplePicture ReadPicture(const std::filesystem::path& path) {
  SamplePicture picture;
  picture.name = path.filename().string();
  std::ifstream file(path, std::ios::binary);
  picture.jpeg.assign(std::istreambuf_iterator<char>(file), {});
  const std::vector<std::uint8_t>& bytes = picture.jpeg;
  for (std::size_t i = 2; i + 9 < bytes.size();) {
    const int marker = bytes[i + 1];
    if (marker == 0xC0 || marker == 0xC2) {
      picture.height = bytes[i + 5] << 8 | bytes[i + 6];
      picture.width = bytes[i + 7] << 8 | bytes[i + 8];
      break;
    }
    i += 2 + (bytes[i + 2] << 8 | bytes[i + 3]);
  }
  return picture;
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: example_page OUT_FOLDER [PICTURE.jpg...]\n");
    return 2;
  }
  std::vector<SamplePicture> pictures;
  for (int i = 2; i < argc; ++i) pictures.push_back(ReadPicture(argv[i]));
  const std::vector<std::pair<const char*, Report>> examples = {
      {"reference", ExampleReport(pictures)},
      {"no-reference", ExampleWithoutReference(pictures)},
      {"other-model", ExampleOfAnotherModel()}};
  for (const auto& [name, report] : examples) {
    const std::filesystem::path folder = std::filesystem::path(argv[1]) / name / "report";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "report.html") << FormatReportHtml(report);
    std::ofstream(folder / "report.json") << FormatReportJson(report);
    std::ofstream(folder / "summary.txt") << FormatSummary(report);
  }
  return 0;
}

}  // namespace
}  // namespace prelabel

int main(int argc, char** argv) { return prelabel::Main(argc, argv); }
