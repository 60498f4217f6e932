// Expected values: the rules of devices.h, by hand.
#include "common/job/devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Mistake(std::string_view text, int cuda_devices = 4,
                    Precision precision = Precision::kFp32) {
  const auto devices = ChooseDevices(text, cuda_devices, precision);
  if (devices) return "accepted";
  EXPECT_EQ(devices.error().code, ErrorCode::kInvalidArgument);
  return devices.error().message;
}

TEST(Devices, ListsStayInTheirOrder) {
  EXPECT_THAT(ParseDevices("auto").value(), ElementsAre("auto"));
  EXPECT_THAT(ParseDevices("cpu").value(), ElementsAre("cpu"));
  EXPECT_THAT(ParseDevices("cuda:10,cuda:0").value(), ElementsAre("cuda:10", "cuda:0"));
}

TEST(Devices, AutoIsAllGpusOrTheCpu) {
  EXPECT_THAT(ChooseDevices("auto", 3, Precision::kFp16).value(),
              ElementsAre("cuda:0", "cuda:1", "cuda:2"));
  EXPECT_THAT(ChooseDevices("auto", 0, Precision::kBf16).value(), ElementsAre("cpu"));
  EXPECT_THAT(ChooseDevices("cuda:3,cuda:1", 4, Precision::kFp32).value(),
              ElementsAre("cuda:3", "cuda:1"));
}

TEST(Devices, MistakesAreNamedWithWhatToWrite) {
  for (const char* text : {"gpu", "cuda", "cuda:", "cuda:-1", "cuda:1x", "cuda:01", "cuda:99999999",
                           "CPU", "cuda:0, cuda:1"}) {
    EXPECT_THAT(Mistake(text),
                AllOf(HasSubstr("is no device"), HasSubstr("write auto, cpu, or cuda:N")))
        << text;
  }
  EXPECT_THAT(Mistake(""), HasSubstr("a device is missing"));
  EXPECT_THAT(Mistake("cuda:0,"), HasSubstr("a device is missing"));
  EXPECT_THAT(Mistake("cuda:1,cuda:1"), HasSubstr("device cuda:1 is named twice"));
  EXPECT_THAT(Mistake("cpu,cuda:0"), HasSubstr("only CUDA devices can be combined"));
  EXPECT_THAT(Mistake("auto,cuda:0"), HasSubstr("only CUDA devices can be combined"));
  EXPECT_EQ(Mistake("cuda:0,cuda:1", 1),
            "there is no device cuda:1: this machine has 1 CUDA device that LibTorch can use");
  EXPECT_THAT(Mistake("cuda:0", 0), HasSubstr("has 0 CUDA devices"));
}

TEST(Devices, NoFp16OnACpu) {
  EXPECT_THAT(Mistake("cpu", 4, Precision::kFp16), HasSubstr("choose bf16 or fp32"));
  EXPECT_THAT(Mistake("auto", 0, Precision::kFp16), HasSubstr("choose bf16 or fp32"));
  EXPECT_EQ(Mistake("cpu", 0, Precision::kBf16), "accepted");
  EXPECT_EQ(Mistake("auto", 1, Precision::kFp16), "accepted");
}

TEST(Devices, PrecisionsHaveNames) {
  EXPECT_EQ(PrecisionOf("fp16"), Precision::kFp16);
  EXPECT_EQ(PrecisionOf("bf16"), Precision::kBf16);
  EXPECT_EQ(PrecisionOf("fp64"), std::nullopt);
  EXPECT_STREQ(PrecisionName(Precision::kFp32), "fp32");
}

}  // namespace
}  // namespace prelabel
