#include "coordinator/audit/cvat_audit.h"

#include <cstddef>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "coordinator/audit/answer_collector.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/xml_text.h"

namespace prelabel {
namespace {

// An attribute of a label: its values, the default one first.
struct Declared {
  std::string_view name;
  std::string_view input;
  std::vector<std::string_view> values;
};
const Declared kId{"audit_id", "text", {""}};
const Declared kVerdict{"verdict", "select", {"unchecked", "right", "wrong"}};
const Declared kLookedThrough{"looked_through", "select", {"no", "yes"}};

struct DeclaredName {
  std::string name;
  std::string_view type;
  std::vector<Declared> attributes;
};

std::vector<DeclaredName> Names(const AuditSample& sample, bool whole) {
  std::vector<DeclaredName> names;
  for (const AuditCategory& category : sample.categories) {
    names.push_back({category.name, "rectangle",
                     whole ? std::vector<Declared>{} : std::vector<Declared>{kId, kVerdict}});
  }
  if (whole) names.push_back({kCvatImageTag, "tag", {kId, kLookedThrough}});
  return names;
}

std::string RawLabels(const std::vector<DeclaredName>& names) {
  std::string text = "[";
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += fmt::format("{}\n  {{\"name\": {}, \"type\": \"{}\", \"attributes\": [",
                        i == 0 ? "" : ",", JsonString(names[i].name), names[i].type);
    for (std::size_t a = 0; a < names[i].attributes.size(); ++a) {
      const Declared& attribute = names[i].attributes[a];
      text += fmt::format(
          "{}\n    {{\"name\": \"{}\", \"mutable\": false, \"input_type\": \"{}\", "
          "\"default_value\": \"{}\", \"values\": [\"{}\"]}}",
          a == 0 ? "" : ",", attribute.name, attribute.input, attribute.values.front(),
          fmt::join(attribute.values, "\", \""));
    }
    text += "]}";
  }
  return text + "\n]\n";
}

std::string Meta(const AuditSample& sample, const std::vector<DeclaredName>& names,
                 std::size_t pictures) {
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n  <version>1.1</version>\n"
      "  <meta>\n    <task>\n      <name>{} audit {}</name>\n      <size>{}</size>\n"
      "      <mode>annotation</mode>\n      <labels>\n",
      XmlText(sample.job), XmlText(sample.id), pictures);
  for (const DeclaredName& name : names) {
    text += fmt::format(
        "        <label>\n          <name>{}</name>\n          <type>{}</type>\n"
        "          <attributes>\n",
        XmlText(name.name), name.type);
    for (const Declared& attribute : name.attributes) {
      text += fmt::format(
          "            <attribute>\n              <name>{}</name>\n"
          "              <mutable>False</mutable>\n              <input_type>{}</input_type>\n"
          "              <default_value>{}</default_value>\n              <values>{}</values>\n"
          "            </attribute>\n",
          attribute.name, attribute.input, attribute.values.front(),
          fmt::join(attribute.values, "\n"));
    }
    text += "          </attributes>\n        </label>\n";
  }
  return text + "      </labels>\n    </task>\n  </meta>\n";
}

std::string Attributes(const Declared& second, const std::string& id) {
  return fmt::format(
      "      <attribute name=\"{}\">{}</attribute>\n      <attribute name=\"{}\">{}</attribute>\n",
      kId.name, XmlText(id), second.name, second.values.front());
}

std::string ImageTag(const AuditPicture& picture, std::size_t index) {
  return fmt::format("  <image id=\"{}\" name=\"{}\" width=\"{}\" height=\"{}\">\n", index,
                     XmlText(picture.file), picture.width, picture.height);
}

std::string BoxTag(const AuditSample& sample, const AuditBox& label) {
  return fmt::format(
      "    <box label=\"{}\" source=\"manual\" occluded=\"0\" xtl=\"{:.2f}\" ytl=\"{:.2f}\" "
      "xbr=\"{:.2f}\" ybr=\"{:.2f}\" z_order=\"0\">\n",
      XmlText(sample.categories[static_cast<std::size_t>(label.category)].name), label.box.x1,
      label.box.y1, label.box.x2, label.box.y2);
}

}  // namespace

std::string CvatCheckedLabels(const AuditSample& sample) { return RawLabels(Names(sample, false)); }

std::string CvatWholeLabels(const AuditSample& sample) { return RawLabels(Names(sample, true)); }

std::string CvatChecked(const AuditSample& sample) {
  std::string text = Meta(sample, Names(sample, false), sample.checked.size());
  std::size_t number = 0;
  for (std::size_t i = 0; i < sample.checked.size(); ++i) {
    text += ImageTag(sample.checked[i], i);
    for (const AuditBox& label : sample.checked[i].labels) {
      text += BoxTag(sample, label) + Attributes(kVerdict, AuditLabelId(sample, ++number)) +
              "    </box>\n";
    }
    text += "  </image>\n";
  }
  return text + "</annotations>\n";
}

std::string CvatWhole(const AuditSample& sample) {
  std::string text = Meta(sample, Names(sample, true), sample.whole.size());
  for (std::size_t i = 0; i < sample.whole.size(); ++i) {
    text += ImageTag(sample.whole[i], i);
    for (const AuditBox& label : sample.whole[i].labels) {
      text += BoxTag(sample, label) + "    </box>\n";
    }
    text += fmt::format("    <tag label=\"{}\" source=\"manual\">\n", kCvatImageTag) +
            Attributes(kLookedThrough, AuditImageId(sample, i + 1)) + "    </tag>\n  </image>\n";
  }
  return text + "</annotations>\n";
}

}  // namespace prelabel
