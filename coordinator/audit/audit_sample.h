// A random sample of a run's labels, and of whole images, that people are asked about. Values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/geometry/box.h"
#include "coordinator/confidence/label_scores.h"

namespace prelabel {

// A label as the run writes it.
struct AuditBox {
  int category = 0;  // position in AuditSample::categories
  float score = 0;
  Box box;  // pixels
  friend bool operator==(const AuditBox&, const AuditBox&) = default;
};

// An image or frame that people get to see.
struct AuditPicture {
  SourceId source;         // for who draws the sample; not kept in files
  std::uint64_t item = 0;  // likewise
  std::string name;        // as in the run's labels
  std::string file;        // name of the picture file, unique within its list
  int width = 0;
  int height = 0;
  // Of `checked`: the drawn labels; of `whole`: all of the run's labels in it, best score first
  // within a category.
  std::vector<AuditBox> labels;
};

// A category is a stratum: `drawn` of its `labels` were drawn at random without putting back, so
// each of them with the probability drawn / labels.
struct AuditCategory {
  std::string name;
  std::uint64_t labels = 0;  // that a model gave, in the run
  std::uint64_t drawn = 0;
  std::array<std::uint64_t, kFineBins> scores{};  // the labels by score
  friend bool operator==(const AuditCategory&, const AuditCategory&) = default;
};

struct AuditSample {
  std::string id;  // 8 hexadecimal digits, of everything here
  std::string job;
  std::uint64_t seed = 0;
  std::string labels_hash;  // of the run's labels (label_digest.h)
  std::uint64_t items =
      0;  // images and frames that a model looked at; `whole` was drawn from these
  std::vector<AuditCategory> categories;
  // Both in dataset order. A drawn label's number counts through `checked`, picture by picture,
  // from 1; a whole image's is its position plus 1.
  std::vector<AuditPicture> checked;
  std::vector<AuditPicture> whole;

  std::uint64_t LabelCount() const {
    std::uint64_t count = 0;
    for (const AuditPicture& picture : checked) count += picture.labels.size();
    return count;
  }
};

// What people said of a label: whether it names the class of an object whose box it has an IoU of
// at least 0.5 with.
enum class LabelAnswer : std::uint8_t { kNone, kRight, kWrong };

// An object that people drew in a whole image.
struct AuditObject {
  int category = 0;
  Box box;
  bool crowd = false;  // a region with many: what lies in it counts nowhere
  friend bool operator==(const AuditObject&, const AuditObject&) = default;
};

struct ImageAnswer {
  bool given = false;  // somebody looked through the image; otherwise no object is known
  std::vector<AuditObject> objects;
  friend bool operator==(const ImageAnswer&, const ImageAnswer&) = default;
};

struct AuditAnswers {
  std::string sample;               // its id
  std::vector<LabelAnswer> labels;  // by number less 1
  std::vector<ImageAnswer> images;  // likewise
  friend bool operator==(const AuditAnswers&, const AuditAnswers&) = default;
};

}  // namespace prelabel
