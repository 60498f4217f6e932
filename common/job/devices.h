// What models run on: the text of a list of devices, and the precision of their arithmetic. The
// words of `cluster.device`, `cluster.precision` and of the worker's options. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

enum class Precision : std::uint8_t { kFp32, kFp16, kBf16 };

// "fp32", "fp16" or "bf16".
constexpr const char* PrecisionName(Precision precision) {
  if (precision == Precision::kFp32) return "fp32";
  return precision == Precision::kFp16 ? "fp16" : "bf16";
}
// Nothing where it is none of the three.
std::optional<Precision> PrecisionOf(std::string_view name);

// The devices of "auto", "cpu" or CUDA devices with commas between ("cuda:0,cuda:2"), in that
// order; {"auto"} stays as it is. InvalidArgument: not such a list, a device twice, or devices
// whose results differ (a CPU beside a GPU).
Result<std::vector<std::string>> ParseDevices(std::string_view text);

// The same for a machine with so many CUDA devices: "auto" is all of them, or the CPU where there
// is none. InvalidArgument: as above, or there is no such device, or it cannot compute in that
// precision.
Result<std::vector<std::string>> ChooseDevices(std::string_view text, int cuda_devices,
                                               Precision precision);

// InvalidArgument where the devices, of ParseDevices, are known not to compute in that precision:
// a CPU in fp16.
Result<void> CheckPrecision(const std::vector<std::string>& devices, Precision precision);

}  // namespace prelabel
