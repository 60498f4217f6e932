#include "coordinator/audit/instructions.h"

#include <fmt/format.h>

namespace prelabel {

std::string AuditInstructions(const AuditSample& sample, const std::string& ingest) {
  std::string names;
  for (const AuditCategory& category : sample.categories) {
    names += (names.empty() ? "" : ", ") + category.name;
  }
  return fmt::format(
      R"(Audit {} of the labels of "{}"

{} labels in {} pictures, and {} whole images, were drawn at random. Answer them as
they are: what is left out because it is hard makes the result wrong.

1. labels/: is each label right?

   Right: the box is of an object of the class that it names, and fits it with an IoU
   of at least 0.5 (what box and object share is at least half of what they cover
   together). Everything else is wrong, also a good box with another class's name.

2. images/: is anything missing?

   Correct each image until every object of the job's classes in it has one box, as
   tight as you would draw it; remove boxes that are of nothing. The classes:
   {}

In CVAT (each of the two folders is a task of its own)
   a. Make a task. In its label constructor choose "Raw" and paste cvat-labels.json.
      Add all files of pictures/ and submit.
   b. In the task: Actions, Upload annotations, format "CVAT 1.1", file cvat.xml.
   c. labels: set `verdict` of every box to right or wrong. Move and remove none.
      images: correct the boxes, then set `looked_through` of the image's tag
      {} to yes. Images without it do not count.
   d. Actions, Export annotations, format "CVAT for images 1.1"; unpack
      annotations.xml.

In Label Studio (each of the two folders is a project of its own)
   a. Start it with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true and
      LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT set to the folder of this file.
   b. Make a project with label-studio.xml as its labeling interface (Code), and add
      a local storage with the absolute path of the project's pictures/.
   c. Import label-studio.json. Under Settings, Annotation, let predictions be
      shown and used as the start of annotations.
   d. labels: choose right or wrong and submit. images: correct the rectangles and
      submit, also where nothing is to be changed. What is skipped does not count.
   e. Export as "JSON".

With another tool, images/ only: COCO instances of pictures/, with the names of the
files kept. Every image that the file lists counts as looked through.

Then, with one file or several, as often as you like:

   {} FILE...
   prelabel report RUN

Not all need to be answered. The labels that are should be a random part, such as
the pictures in order up to some point.
)",
      sample.id, sample.job, sample.LabelCount(), sample.checked.size(), sample.whole.size(), names,
      "audit_image", ingest);
}

}  // namespace prelabel
