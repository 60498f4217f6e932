// What GPUs a machine has, as NVIDIA's driver tells (adapter): LibTorch's C++ interface does not
// name them without CUDA's headers.
#pragma once

#include <filesystem>
#include <string>

namespace prelabel {

// The models below the driver's folder, each once, sorted, with " + " between, e.g.
// "NVIDIA A100-SXM4-40GB"; empty where the driver says nothing. `folder` has a folder a GPU with a
// file "information", of which a line is "Model:" and the name.
std::string GpuNames(const std::filesystem::path& folder = "/proc/driver/nvidia/gpus");

}  // namespace prelabel
