#include "worker/check/check_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

ModelCheck Check() {
  ModelCheck check;
  check.card.name = "street";
  check.card.task = "segment";
  check.card.layout = "torchvision";
  check.card.backend = "torchscript";
  check.card.weights = "/models/street.pt";
  check.card.sha256 = "0123";
  check.card.input.resize = "none";
  check.card.input.channels = "rgb";
  check.card.input.std = {255, 255, 255};
  check.card.classes = {"person", "fire hydrant"};
  check.weight_bytes = 3 << 19;  // one and a half MiB
  check.backend = "libtorch 1.13.0";
  check.device = "cpu";
  check.load = 1.234;
  check.an_image = 0.0567;
  check.runs = 9;
  return check;
}

TEST(CheckText, SaysWhatTheModelIsAndHowFast) {
  EXPECT_EQ(CheckText(Check(), {}),
            "name      street\n"
            "task      segment, layout torchvision\n"
            "backend   torchscript: libtorch 1.13.0 on cpu\n"
            "weights   /models/street.pt, 1.5 MiB\n"
            "sha256    0123, as the card says\n"
            "classes   2: person, fire hydrant\n"
            "input     any size, resize none, rgb, mean 0 0 0, std 255 255 255\n"
            "loading   1.23 s, with warm-up\n"
            "running   56.7 ms an image, one thread, median of 9 runs\n");
}

TEST(CheckText, LongListsOfClassesAreCut) {
  ModelCheck check = Check();
  check.card.classes = {"a", "b", "c", "d", "e", "f"};
  EXPECT_THAT(CheckText(check, {}), HasSubstr("classes   6: a, b, c, d, e …\n"));
}

TEST(CheckText, ListsWhatWasFound) {
  ModelCheck check = Check();
  check.item.emplace();
  check.item->width = 640;
  check.item->height = 480;
  check.item->predictions = {{1, .876F, {10, 20, 110.5F, 60}}, {0, .31F, {0, 0, 640, 480}}};
  CheckOptions options;
  options.image = "a.jpg";
  EXPECT_THAT(CheckText(check, options),
              EndsWith("image     a.jpg, 640 x 480\n"
                       "found     2 objects over a score of 0.3, NMS 0.6\n"
                       "\n"
                       "score  class            left      top    width   height\n"
                       "0.876  fire hydrant     10.0     20.0    100.5     40.0\n"
                       "0.310  person            0.0      0.0    640.0    480.0\n"));
  // Pixels 5 to 7 and 20 on, of 24.
  check.item->masks = {{4, 6, {5, 3, 12, 4}}, {4, 6, {24}}};
  EXPECT_THAT(CheckText(check, options),
              EndsWith("width   height  mask pixels\n"
                       "0.876  fire hydrant     10.0     20.0    100.5     40.0            7\n"
                       "0.310  person            0.0      0.0    640.0    480.0            0\n"));
}

TEST(CheckText, NothingFoundHasNoTable) {
  ModelCheck check = Check();
  check.item.emplace();
  EXPECT_THAT(CheckText(check, {}), HasSubstr("found     0 objects over"));
  EXPECT_THAT(CheckText(check, {}), Not(HasSubstr("score  class")));
}

}  // namespace
}  // namespace prelabel
