#include "coordinator/audit/label_studio_audit.h"

#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "coordinator/audit/answer_collector.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/xml_text.h"

namespace prelabel {
namespace {

std::string Rectangles(const AuditSample& sample) {
  std::string text = "  <RectangleLabels name=\"box\" toName=\"image\">\n";
  for (const AuditCategory& category : sample.categories) {
    text += fmt::format("    <Label value=\"{}\"/>\n", XmlText(category.name));
  }
  return text + "  </RectangleLabels>\n";
}

// Numbers are percent of the picture's sides.
std::string Region(const AuditSample& sample, const AuditPicture& picture, const AuditBox& label,
                   std::size_t number) {
  const auto percent = [](float value, int side) {
    return side > 0 ? 100 * static_cast<double>(value) / side : 0.0;
  };
  return fmt::format(
      "{{\"id\": \"box{}\", \"type\": \"rectanglelabels\", \"from_name\": \"box\", \"to_name\": "
      "\"image\", \"original_width\": {}, \"original_height\": {}, \"image_rotation\": 0, "
      "\"value\": {{\"x\": {:.6f}, \"y\": {:.6f}, \"width\": {:.6f}, \"height\": {:.6f}, "
      "\"rotation\": 0, \"rectanglelabels\": [{}]}}}}",
      number, picture.width, picture.height, percent(label.box.x1, picture.width),
      percent(label.box.y1, picture.height), percent(label.box.Width(), picture.width),
      percent(label.box.Height(), picture.height),
      JsonString(sample.categories[static_cast<std::size_t>(label.category)].name));
}

std::string TaskText(const std::string& id, const std::string& question, std::string_view pictures,
                     const AuditPicture& picture, const std::vector<std::string>& regions) {
  return fmt::format(
      "  {{\"data\": {{\"audit_id\": {}, \"question\": {}, \"image\": {}}},\n   \"predictions\": "
      "[{{\"model_version\": \"prelabel\", \"result\": [{}]}}]}}",
      JsonString(id), JsonString(question),
      JsonString(fmt::format("/data/local-files/?d={}/{}", pictures, picture.file)),
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
