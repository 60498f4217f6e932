// What an object looks like, in few bytes: color histograms of three stripes of its box, for
// telling objects of one class apart over a few seconds. (On vtest.avi's pedestrians, two seconds
// apart, a same person's pair is more alike than a pair of two people in 99 of 100 cases;
// embeddings of the detector's own feature map manage 82.) Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace prelabel {

inline constexpr int kAppearanceStripes = 3;   // one above the other
inline constexpr int kAppearanceChannels = 3;  // hue, saturation, value
inline constexpr int kAppearanceBins = 8;
inline constexpr std::size_t kAppearanceSize =
    std::size_t{kAppearanceStripes} * kAppearanceChannels * kAppearanceBins;

// A descriptor is kAppearanceSize bytes: for each stripe and channel a histogram whose entry is
// 255 × sqrt(share of the pixels), rounded. All zeros: there was nothing to look at.
using AppearanceView = std::span<const std::uint8_t>;

// The mean Bhattacharyya coefficient of the histograms (Σ sqrt(p q); Bhattacharyya 1943), about
// [0, 1]; 1 for equal ones, 0 where one of them is all zeros.
double AppearanceSimilarity(AppearanceView a, AppearanceView b);

}  // namespace prelabel
