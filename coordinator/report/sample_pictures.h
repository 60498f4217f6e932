// Reads the chosen samples: pictures as JPEG, narrow enough for a page, and their labels.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "common/base/result.h"
#include "common/media/image.h"
#include "coordinator/merge/merge.h"
#include "coordinator/report/report.h"
#include "coordinator/report/sample_chooser.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// Decodes one item of the dataset.
using PictureReader = std::function<Result<Image>(SourceId source, std::uint64_t item)>;

inline constexpr int kSampleWidth = 960;  // pixels
inline constexpr int kThumbWidth = 420;

// At most `most_width` pixels wide, in the order of `samples`. A picture that cannot be read any
// more is left out: a report is not worth failing over an illustration.
std::vector<SamplePicture> TakeSamples(const std::vector<Sample>& samples, const Dataset& dataset,
                                       const PictureReader& read, int most_width = kSampleWidth);

}  // namespace prelabel
