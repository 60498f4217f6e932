// How fast COCO files of a large run are written and read, and in how much memory: drawn labels of
// many images through OpenCocoWriter, then the file through ReadCoco and through CheckCoco. Beside
// them the bare cost of the bytes: writing as many with write(2), reading them with read(2).
//
//   formats_bench --images 100000
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "coordinator/formats/coco_check.h"
#include "coordinator/formats/coco_reader.h"
#include "coordinator/formats/label_writer.h"
#include "tests/bench/child_process.h"
#include "tests/bench/cpu_time.h"

namespace prelabel::bench {
namespace {

constexpr std::size_t kLabels = 100;  // an image
constexpr std::size_t kClasses = 80;
constexpr double kTargetAnnotations = 1e6;  // a second, written
constexpr double kTargetRead = 250e6;       // bytes a second
constexpr double kTargetMegabytes = 256;

double PeakMegabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

struct Drawn {
  Dataset dataset;
  ClassMap classes;
  std::vector<std::vector<Label>> labels;  // of some images, over and over again
};

Drawn Draw(std::size_t images) {
  Drawn drawn;
  SourceItems& source = drawn.dataset.sources.emplace_back();
  source.name = "photos";
  source.root = "/data/photos";
  for (std::size_t i = 0; i < images; ++i) {
    source.files.push_back(fmt::format("2026/11/camera-{:02}/image-{:08}.jpg", i % 100, i));
  }
  for (std::size_t c = 0; c < kClasses; ++c) {
    drawn.classes.categories.push_back({static_cast<int>(c) + 1, fmt::format("class {}", c)});
    drawn.classes.category_of_class.push_back(static_cast<int>(c));
    drawn.classes.threshold_of_class.push_back(0.05F);
  }
  std::mt19937_64 random(1);
  const auto uniform = [&random] {
    return static_cast<float>(static_cast<double>(random() >> 11) * 0x1p-53);
  };
  for (int i = 0; i < 64; ++i) {
    std::vector<Label>& labels = drawn.labels.emplace_back();
    for (std::size_t k = 0; k < kLabels; ++k) {
      const float x = 500 * uniform();
      const float y = 380 * uniform();
      const auto class_id = static_cast<std::uint16_t>(random() % kClasses);
      labels.push_back({class_id,
                        uniform(),
                        {x, y, x + 5 + 130 * uniform(), y + 5 + 90 * uniform()},
                        LabelSource::kModel,
                        0,
                        class_id});
    }
  }
  return drawn;
}

Result<void> WriteLabels(const Drawn& drawn, const std::string& file) {
  PRELABEL_TRY(const auto writer,
               OpenCocoWriter(file, drawn.dataset, drawn.classes, {"formats_bench", "0"}));
  LabeledItem item;
  item.looked_at = true;
  item.width = 640;
  item.height = 480;
  for (std::size_t i = 0; i < drawn.dataset.sources[0].files.size(); ++i) {
    item.item = i;
    item.labels = drawn.labels[i % drawn.labels.size()];
    PRELABEL_TRY(writer->Add(item));
  }
  return writer->Finish();
}

class Counter : public CocoVisitor {
 public:
  Result<void> OnAnnotation(const CocoAnnotation& annotation) override {
    count += annotation.bbox.value ? 1 : 0;
    return Ok();
  }
  std::uint64_t count = 0;
};

// Of one read(2) loop over the file, in the writer's pieces.
double BareRead(const std::string& file) {
  std::vector<char> piece(1 << 20);
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const double before = CpuSeconds(RUSAGE_SELF);
  while (read(fd, piece.data(), piece.size()) > 0) continue;
  close(fd);
  return CpuSeconds(RUSAGE_SELF) - before;
}

double BareWrite(const std::string& file, std::uint64_t bytes) {
  const std::vector<char> piece(1 << 20, 'x');
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const double before = CpuSeconds(RUSAGE_SELF);
  for (std::uint64_t done = 0; done < bytes; done += piece.size()) {
    if (write(fd, piece.data(), std::min<std::uint64_t>(piece.size(), bytes - done)) < 0) break;
  }
  close(fd);
  return CpuSeconds(RUSAGE_SELF) - before;
}

Result<void> Measure(std::size_t images, int repetitions) {
  const WorkFolder folder("formats_bench");
  const std::string file = folder.File("coco.json");
  const Drawn drawn = Draw(images);
  const double annotations = static_cast<double>(images * kLabels);
  double write_seconds = 1e9;
  double read_seconds = 1e9;
  double check_seconds = 1e9;
  for (int i = 0; i < repetitions; ++i) {
    const double before = CpuSeconds(RUSAGE_SELF);
    PRELABEL_TRY(WriteLabels(drawn, file));
    write_seconds = std::min(write_seconds, CpuSeconds(RUSAGE_SELF) - before);
  }
  const double write_memory = PeakMegabytes();
  const auto bytes = static_cast<double>(std::filesystem::file_size(file));
  for (int i = 0; i < repetitions; ++i) {
    Counter counter;
    std::ifstream in(file, std::ios::binary);
    const double before = CpuSeconds(RUSAGE_SELF);
    PRELABEL_TRY(ReadCoco(in, {}, counter));
    read_seconds = std::min(read_seconds, CpuSeconds(RUSAGE_SELF) - before);
    if (counter.count != images * kLabels) return Internal("annotations were lost");
  }
  const double read_memory = PeakMegabytes();
  {
    ProblemList problems(10);
    std::ifstream in(file, std::ios::binary);
    const double before = CpuSeconds(RUSAGE_SELF);
    PRELABEL_TRY(CheckCoco(in, problems));
    check_seconds = CpuSeconds(RUSAGE_SELF) - before;
  }
  fmt::print(
      "{:.0f} annotations, {:.2f} GB; CPU seconds: written {:.2f} (bare write {:.2f}), read "
      "{:.2f} (bare read {:.2f}), validated {:.2f}\n",
      annotations, bytes / 1e9, write_seconds,
      BareWrite(folder.File("bare"), static_cast<std::uint64_t>(bytes)), read_seconds,
      BareRead(file), check_seconds);
  fmt::print("RATIO coco_written/1M/s {:.2f} target >=1.00 ({:.0f} annotations/s, {:.0f} MB/s)\n",
             annotations / write_seconds / kTargetAnnotations, annotations / write_seconds,
             bytes / write_seconds / 1e6);
  fmt::print("RATIO coco_written_memory/256MB {:.2f} target <=1.00 ({:.0f} MB)\n",
             write_memory / kTargetMegabytes, write_memory);
  fmt::print("RATIO coco_read/250MB/s {:.2f} target >=1.00 ({:.0f} MB/s; peak memory {:.0f} MB)\n",
             bytes / read_seconds / kTargetRead, bytes / read_seconds / 1e6, read_memory);
  return Ok();
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) {
  CLI::App app("COCO files of a large run.");
  std::size_t images = 100000;
  int repetitions = 2;
  app.add_option("--images", images, "of 100 labels each")->capture_default_str();
  app.add_option("--repetitions", repetitions, "how often each; the best counts")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto measured = prelabel::bench::Measure(images, repetitions);
  if (measured) return 0;
  fmt::print(stderr, "formats_bench: {}\n", measured.error().ToString());
  return 1;
}
