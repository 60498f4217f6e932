// Arbitrary bytes as a job file: ParseJob never throws or crashes, an error has a message, and a
// job that is accepted survives FormatJob.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "common/job/job_loader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  prelabel::JobSources sources;
  sources.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "A") return "some text: [1";
    return std::nullopt;
  };
  const auto job = prelabel::ParseJob(text, "/jobs/job.yaml", sources);
  if (!job.has_value()) {
    if (job.error().message.empty()) std::abort();
    // Overrides meet whatever tree the bytes made.
    sources.set = {"data.0=x", "cluster.workers=3", text.substr(0, 100)};
    (void)prelabel::ParseJob(text, "/jobs/job.yaml", sources);
    return 0;
  }
  const std::string formatted = prelabel::FormatJob(job.value());
  const auto again = prelabel::ParseJob(formatted, "/elsewhere/job.yaml", {});
  if (!again.has_value()) {
    std::fprintf(stderr, "%s\n%s\n", formatted.c_str(), again.error().ToString().c_str());
    std::abort();
  }
  if (!(again.value() == job.value())) {
    std::fprintf(stderr, "not the same after FormatJob:\n%s\n", formatted.c_str());
    std::abort();
  }
  return 0;
}
