// Expected file: written by hand from CVAT's description ("XML annotation format", CVAT for images
// 1.1) and what its exporter writes (cvat/apps/dataset_manager/formats/cvat.py). A mask's runs go
// along the rows of its own box.
#include <gtest/gtest.h>

#include "coordinator/formats/label_writer.h"
#include "tests/coordinator/formats/labeled_items.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

TEST(CvatImagesWriter, WritesAFileForEachSource) {
  const TemporaryFolder folder;
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"bad.jpg", "sub/a&b.jpg"}),
                         ImageSource("photos-2", {"c.jpg"})};
  const ClassMap classes{{{1, "car"}, {2, "dog <b>"}}, {0, 1}, {0.5F, 0.5F}};
  auto writer =
      OpenCvatWriter(folder / "cvat", run.dataset, classes, {"my -- job", "0.1.0"}, {}).value();
  // Pixels (2, 1), (3, 1) and (2, 2) of 5 × 4: column 2 has rows 1 and 2, column 3 row 1.
  const Rle mask{4, 5, {9, 2, 2, 1, 6}};
  for (const LabeledItem& item : {UnreadableItem(0, 0),
                                  Labeled(0, 1,
                                          {{1, 0.75F, {1.5F, 2, 11.25F, 22}},
                                           MaskedLabel(0, 0.5F, {2, 1, 4, 3}, mask),
                                           MaskedLabel(0, 0.25F, {0, 0, 1, 1}, Rle{4, 5, {20}})},
                                          5, 4),
                                  Labeled(1, 0, {})}) {
    ASSERT_TRUE(writer->Add(item));
  }
  ASSERT_TRUE(writer->Finish());
  EXPECT_EQ(ReadText(folder / "cvat/photos.xml"), R"(<?xml version="1.0" encoding="utf-8"?>
<!-- prelabel 0.1.0: my -_ job -->
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <name>photos</name>
      <size>2</size>
      <mode>annotation</mode>
      <overlap>0</overlap>
      <labels>
        <label>
          <name>car</name>
          <color>#ff4040</color>
          <type>any</type>
          <attributes>
            <attribute>
              <name>score</name>
              <mutable>False</mutable>
              <input_type>text</input_type>
              <default_value></default_value>
              <values></values>
            </attribute>
          </attributes>
        </label>
        <label>
          <name>dog &lt;b&gt;</name>
          <color>#40ff77</color>
          <type>any</type>
          <attributes>
            <attribute>
              <name>score</name>
              <mutable>False</mutable>
              <input_type>text</input_type>
              <default_value></default_value>
              <values></values>
            </attribute>
          </attributes>
        </label>
      </labels>
    </task>
  </meta>
  <image id="1" name="sub/a&amp;b.jpg" width="5" height="4">
    <box label="dog &lt;b&gt;" source="auto" occluded="0" xtl="1.50" ytl="2.00" xbr="11.25" ybr="22.00" z_order="0">
      <attribute name="score">0.7500</attribute>
    </box>
    <mask label="car" source="auto" occluded="0" rle="0, 3, 1" left="2" top="1" width="2" height="2" z_order="0">
      <attribute name="score">0.5000</attribute>
    </mask>
    <box label="car" source="auto" occluded="0" xtl="0.00" ytl="0.00" xbr="1.00" ybr="1.00" z_order="0">
      <attribute name="score">0.2500</attribute>
    </box>
  </image>
</annotations>
)");
  const std::string second = ReadText(folder / "cvat/photos-2.xml");
  EXPECT_NE(second.find("<image id=\"0\" name=\"c.jpg\" width=\"200\" height=\"100\">\n  </image>"),
            std::string::npos);
}

}  // namespace
}  // namespace prelabel
