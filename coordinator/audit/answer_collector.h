// Puts together what files of answers say, in whatever format they are, and holds it against the
// sample. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "coordinator/audit/audit_sample.h"

namespace prelabel {

// How files name what they are about: "5f0c1a2b-17" is label 17 of sample 5f0c1a2b, and
// "5f0c1a2b-image-3" its whole image 3. Numbers count from 1.
std::string AuditLabelId(const AuditSample& sample, std::size_t number);
std::string AuditImageId(const AuditSample& sample, std::size_t number);

// An object by its category's name.
struct NamedObject {
  std::string category;
  Box box;
  bool crowd = false;
};

class AnswerCollector {
 public:
  // Outlived by `sample`.
  explicit AnswerCollector(const AuditSample& sample);

  // Begins with another file, whose name stands in messages about the files after it.
  void StartFile(std::string name) { file_ = std::move(name); }

  // An answer to a label. `place`: where it stands in the file. InvalidArgument with file and
  // place: the id is none, or of another sample, or the same label has another answer elsewhere.
  Result<void> AddLabel(std::string_view id, LabelAnswer answer, const std::string& place);

  // Somebody looked through a whole image and left these objects. InvalidArgument: the same, for
  // images. Objects of categories that the sample does not have are counted and left out.
  Result<void> AddImage(std::string_view id, const std::vector<NamedObject>& objects,
                        const std::string& place);
  // By position in AuditSample::whole.
  Result<void> AddImageAt(std::size_t position, const std::vector<NamedObject>& objects,
                          const std::string& place);

  std::uint64_t labels() const { return labels_; }  // answered, each counted once
  std::uint64_t images() const { return images_; }
  // Objects of categories that the job does not have.
  std::uint64_t foreign_objects() const { return foreign_objects_; }
  const AuditSample& sample() const { return sample_; }

  // Puts the answers in the place of `earlier` ones to the same labels and images; the other
  // earlier ones stay. Returns how many were changed.
  std::uint64_t AddTo(AuditAnswers* earlier) const;

 private:
  Result<std::size_t> Number(std::string_view id, std::string_view kind, std::size_t most,
                             const std::string& place) const;

  const AuditSample& sample_;
  std::map<std::string, int, std::less<>> categories_;
  std::string file_;
  AuditAnswers answers_;
  std::vector<std::string> label_places_;
  std::vector<std::string> image_places_;
  std::uint64_t labels_ = 0;
  std::uint64_t images_ = 0;
  std::uint64_t foreign_objects_ = 0;
};

// No answer to anything.
AuditAnswers NoAnswers(const AuditSample& sample);

}  // namespace prelabel
