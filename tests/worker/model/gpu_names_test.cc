// The files are as NVIDIA's driver README describes /proc/driver/nvidia/gpus.
#include "worker/model/gpu_names.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace prelabel {
namespace {

class GpuNamesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("gpu_names_test_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Add(const std::string& place, const std::string& text) {
    std::filesystem::create_directories(folder_ / place);
    std::ofstream(folder_ / place / "information") << text;
  }

  std::filesystem::path folder_;
};

TEST_F(GpuNamesTest, EachModelOnceWhateverTheirOrder) {
  EXPECT_EQ(GpuNames(folder_), "");
  Add("0000:81:00.0", "Model: \t\t NVIDIA L4\nIRQ:   \t\t 91\n");
  Add("0000:3b:00.0", "Model: \t\t Tesla T4\r\nIRQ:   \t\t 90\n");
  Add("0000:af:00.0", "IRQ:   \t\t 92\nModel: \t\t NVIDIA L4\n");
  Add("0000:d8:00.0", "Model:\n");
  EXPECT_EQ(GpuNames(folder_), "NVIDIA L4 + Tesla T4");
}

TEST_F(GpuNamesTest, NoDriverNoNames) { EXPECT_EQ(GpuNames(folder_ / "missing"), ""); }

}  // namespace
}  // namespace prelabel
