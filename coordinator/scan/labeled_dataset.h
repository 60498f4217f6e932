// The images of datasets in the layouts of other tools, by what these say of themselves. Adapter of
// the file system; no picture is opened, and none has to be there. Nothing that is read is trusted.
#pragma once

#include <filesystem>
#include <istream>

#include "common/base/result.h"
#include "coordinator/scan/listed_items.h"

namespace prelabel {

struct DatasetImages {
  std::filesystem::path root;  // what names are relative to
  ListedItems items;
  bool has_labels = false;  // COCO: whether the file has a list of annotations; else true
};

// COCO (cocodataset.org, "Data format"): an item each of `images`, called by its file_name, which
// is relative to the folder `images`. InvalidArgument: the first mistakes of `file`, a line each:
// no JSON or no list of images, a file_name that is missing, leads out of the folder (absolute
// ones, URLs and backslashes among them) or stands twice. An empty list has no items.
Result<DatasetImages> ListCoco(std::istream& in, const std::filesystem::path& file,
                               const std::filesystem::path& images);

// YOLO as Ultralytics' trainers read it (docs.ultralytics.com, "Datasets"): what `data_yaml` names
// as train, val and test, each a folder, a list of pictures (`./a.jpg` and other relative paths
// from the list's folder) or several of these. They are relative to `path`, that to the file's
// folder; one that begins with "../" and is not there is looked for without it, as trainers do
// (ultralytics/data/utils.py, check_det_dataset). Names are relative to `path`. Where there are
// several splits an item has the note "split: val" of the first that has it. InvalidArgument:
// mistakes of data.yaml or a list, by line. What is not there, or no picture in a folder, leaves a
// warning.
Result<DatasetImages> ListYolo(const std::filesystem::path& data_yaml);

// Pascal VOC (host.robots.ox.ac.uk/pascal/VOC, "Development Kit"): the names that
// ImageSets/Main/{train,val,test,default,trainval}.txt list, those that are there, or without any
// all pictures in JPEGImages. Names are relative to JPEGImages; one that no picture has is that of
// a .jpg. Notes as above. InvalidArgument: a line that is no name; by line.
Result<DatasetImages> ListVoc(const std::filesystem::path& folder);

}  // namespace prelabel
