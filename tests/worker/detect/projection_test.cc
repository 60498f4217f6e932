#include "worker/detect/projection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace prelabel {
namespace {

double Norm(const std::vector<float>& values) {
  double sum = 0;
  for (const float v : values) sum += static_cast<double>(v) * v;
  return std::sqrt(sum);
}

// Expected values: an independent Python script (SplitMix64 on Python's integers, numpy's matrix
// product) over x[i] = (i mod 17 - 8) / 8.
TEST(RandomProjection, GoldenValues) {
  const RandomProjection projection(512, 64);
  std::vector<float> in(512);
  for (int i = 0; i < 512; ++i)
    in[static_cast<std::size_t>(i)] = static_cast<float>(i % 17 - 8) / 8;
  std::vector<float> out(64);
  projection.Apply(in.data(), 1, out);
  EXPECT_FLOAT_EQ(out[0], -0.015625F);
  EXPECT_FLOAT_EQ(out[1], -1.703125F);
  EXPECT_FLOAT_EQ(out[2], -1.234375F);
  EXPECT_FLOAT_EQ(out[3], -2.703125F);
  EXPECT_FLOAT_EQ(out[63], -1.921875F);
}

TEST(RandomProjection, IsTheIdentityWhereInputsAreFew) {
  const RandomProjection projection(3, 64);
  ASSERT_EQ(projection.outputs(), 3);
  const std::vector<float> in{1, 9, -2, 9, 4, 9};
  std::vector<float> out(3);
  projection.Apply(in.data(), 2, out);
  EXPECT_THAT(out, ::testing::ElementsAre(1, -2, 4));
}

// Achlioptas 2003: the squared length is right in expectation, with variance at most 2 / outputs of
// its square. Five standard deviations of 64 outputs are 0.88.
TEST(RandomProjection, KeepsLengthsRoughly) {
  const RandomProjection projection(512, 64);
  for (int which = 0; which < 20; ++which) {
    std::vector<float> in(512);
    for (int i = 0; i < 512; ++i) {
      in[static_cast<std::size_t>(i)] = std::sin(static_cast<float>((which + 1) * i));
    }
    std::vector<float> out(64);
    projection.Apply(in.data(), 1, out);
    const double ratio = Norm(out) / Norm(in);
    EXPECT_NEAR(ratio * ratio, 1, 0.88) << which;
  }
}

TEST(RandomProjection, InputsMayBeStrided) {
  const RandomProjection projection(100, 32);
  std::vector<float> dense(100);
  std::vector<float> strided(300, 7);
  for (std::size_t i = 0; i < 100; ++i) strided[3 * i] = dense[i] = static_cast<float>(i * i % 31);
  std::vector<float> a(32);
  std::vector<float> b(32);
  projection.Apply(dense.data(), 1, a);
  projection.Apply(strided.data(), 3, b);
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace prelabel
