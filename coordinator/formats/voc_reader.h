// Pascal VOC annotations of one picture (host.robots.ox.ac.uk/pascal/VOC, "Development Kit").
// Nothing in a file is trusted. One reading a thread.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

// Texts as they stand, by the element's name; what stands deeper has its parents' before it:
// "bndbox/xmin". Of an element that stands twice, the first.
struct VocObject {
  std::string place;  // "line 12, column 3"
  std::map<std::string, std::string> texts;
  std::map<std::string, std::string> attributes;  // `attributes/attribute`, by name
};

struct VocPicture {
  std::map<std::string, std::string> texts;  // "filename", "size/width", …
  std::vector<VocObject> objects;
};

// InvalidArgument, with line and column, as ReadXml; where it is another format, or has more than
// 2^16 objects or 256 texts or attributes of one. Unavailable: the stream fails.
Result<VocPicture> ReadVoc(std::istream& in);

}  // namespace prelabel
