#include "common/job/devices.h"

#include <algorithm>
#include <charconv>

namespace prelabel {
namespace {

constexpr std::string_view kCuda = "cuda:";
constexpr int kMostDevices = 1024;

// N of "cuda:N", or nothing.
std::optional<int> CudaIndex(std::string_view device) {
  if (!device.starts_with(kCuda)) return std::nullopt;
  const std::string_view digits = device.substr(kCuda.size());
  int index = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  // One spelling a device: "cuda:01" would not be found to be "cuda:1".
  const bool plain = digits.size() == 1 || !digits.starts_with('0');
  if (!whole || !plain || index < 0 || index >= kMostDevices) return std::nullopt;
  return index;
}

Error NoDevice(std::string_view device) {
  std::string message = "\"" + std::string(device) + "\" is no device: write auto, cpu, or cuda:N";
  if (device.empty()) message = "a device is missing: write auto, cpu, or cuda:N";
  return InvalidArgument(message + " (several with commas between, e.g. cuda:0,cuda:1)");
}

}  // namespace

std::optional<Precision> PrecisionOf(std::string_view name) {
  for (const Precision precision : {Precision::kFp32, Precision::kFp16, Precision::kBf16}) {
    if (name == PrecisionName(precision)) return precision;
  }
  return std::nullopt;
}

Result<std::vector<std::string>> ParseDevices(std::string_view text) {
  std::vector<std::string> devices;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string device(text.substr(begin, end - begin));
    begin = end + 1;
    if (device != "auto" && device != "cpu" && !CudaIndex(device)) return NoDevice(device);
    if (std::find(devices.begin(), devices.end(), device) != devices.end()) {
      return InvalidArgument("device " + device +
                             " is named twice: more replicas on one device are more --slots");
    }
    devices.push_back(device);
  }
  if (devices.size() > 1 && !std::all_of(devices.begin(), devices.end(), CudaIndex)) {
    return InvalidArgument(
        "\"" + std::string(text) +
        "\": only CUDA devices can be combined; start a worker of its own on the CPU");
  }
  return devices;
}

Result<std::vector<std::string>> ChooseDevices(std::string_view text, int cuda_devices,
                                               Precision precision) {
  PRELABEL_TRY(std::vector<std::string> devices, ParseDevices(text));
  if (devices.front() == "auto") {
    devices.clear();
    for (int i = 0; i < cuda_devices; ++i)
      devices.push_back(std::string(kCuda) + std::to_string(i));
    if (devices.empty()) devices.emplace_back("cpu");
  }
  for (const std::string& device : devices) {
    const std::optional<int> index = CudaIndex(device);
    if (!index || *index < cuda_devices) continue;
    return InvalidArgument("there is no device " + device + ": this machine has " +
                           std::to_string(cuda_devices) + " CUDA device" +
                           (cuda_devices == 1 ? "" : "s") + " that LibTorch can use");
  }
  PRELABEL_TRY(CheckPrecision(devices, precision));
  return devices;
}

Result<void> CheckPrecision(const std::vector<std::string>& devices, Precision precision) {
  const bool on_cpu = std::find(devices.begin(), devices.end(), "cpu") != devices.end();
  if (!on_cpu || precision != Precision::kFp16) return Ok();
  return InvalidArgument(
      "a CPU does not compute in fp16: choose bf16 or fp32, or a CUDA device for fp16");
}

}  // namespace prelabel
