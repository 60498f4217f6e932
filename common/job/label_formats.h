// The label formats that a job may ask for.
#pragma once

#include <string>
#include <vector>

namespace prelabel {

// What `output.formats` takes, in the order of the documentation.
inline const std::vector<std::string>& LabelFormats() {
  static const std::vector<std::string> formats = {
      "coco", "cvat", "datumaro", "jsonl", "labelstudio", "mot", "voc", "yolo", "yolo-segment"};
  return formats;
}

}  // namespace prelabel
