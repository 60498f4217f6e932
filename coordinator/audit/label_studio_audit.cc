#include "coordinator/audit/label_studio_audit.h"

#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "coordinator/audit/answer_collector.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/label_studio_text.h"

namespace prelabel {
namespace {

std::string Rectangles(const AuditSample& sample) {
  std::vector<std::string> classes;
  for (const AuditCategory& category : sample.categories) classes.push_back(category.name);
  return LabelStudioLabels("RectangleLabels", kLabelStudioBox, kLabelStudioImage, classes);
}

std::string Region(const AuditSample& sample, const AuditPicture& picture, const AuditBox& label,
                   std::size_t number) {
  return LabelStudioRectangle({fmt::format("box{}", number),
                               sample.categories[static_cast<std::size_t>(label.category)].name,
                               picture.width,
                               picture.height,
                               {}},
                              label.box);
}

std::string TaskText(const std::string& id, const std::string& question, std::string_view pictures,
                     const AuditPicture& picture, const std::vector<std::string>& regions) {
  return fmt::format(
      "  {{\"data\": {{\"audit_id\": {}, \"question\": {}, \"image\": {}}},\n   \"predictions\": "
      "[{{\"model_version\": \"prelabel\", \"result\": [{}]}}]}}",
      JsonString(id), JsonString(question),
      JsonString(LabelStudioFile(fmt::format("{}/{}", pictures, picture.file))),
      fmt::join(regions, ",\n      "));
}

std::string List(const std::vector<std::string>& tasks) {
  return fmt::format("[\n{}\n]\n", fmt::join(tasks, ",\n"));
}

}  // namespace

std::string LabelStudioCheckedConfig(const AuditSample& sample) {
  return "<View>\n  <Header value=\"$question\"/>\n"
         "  <Choices name=\"verdict\" toName=\"image\" choice=\"single-radio\" required=\"true\" "
         "showInline=\"true\">\n"
         "    <Choice value=\"right\"/>\n    <Choice value=\"wrong\"/>\n  </Choices>\n"
         "  <Image name=\"image\" value=\"$image\"/>\n" +
         Rectangles(sample) + "</View>\n";
}

std::string LabelStudioWholeConfig(const AuditSample& sample) {
  return "<View>\n  <Header value=\"$question\"/>\n" + Rectangles(sample) +
         "  <Image name=\"image\" value=\"$image\"/>\n</View>\n";
}

std::string LabelStudioChecked(const AuditSample& sample, std::string_view pictures) {
  std::vector<std::string> tasks;
  for (const AuditPicture& picture : sample.checked) {
    for (const AuditBox& label : picture.labels) {
      const std::string& name = sample.categories[static_cast<std::size_t>(label.category)].name;
      tasks.push_back(TaskText(AuditLabelId(sample, tasks.size() + 1),
                               fmt::format("Is this the box of a \"{}\"?", name), pictures, picture,
                               {Region(sample, picture, label, 1)}));
    }
  }
  return List(tasks);
}

std::string LabelStudioWhole(const AuditSample& sample, std::string_view pictures) {
  std::vector<std::string> tasks;
  for (const AuditPicture& picture : sample.whole) {
    std::vector<std::string> regions;
    for (const AuditBox& label : picture.labels) {
      regions.push_back(Region(sample, picture, label, regions.size() + 1));
    }
    tasks.push_back(
        TaskText(AuditImageId(sample, tasks.size() + 1),
                 "Draw what has no box, correct and remove boxes that are wrong, submit.", pictures,
                 picture, regions));
  }
  return List(tasks);
}

}  // namespace prelabel
