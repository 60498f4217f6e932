// Where in the model's input a picture is: the one place that knows the rules of `input.resize`.
// Pure; thread-safe.
#pragma once

#include "common/job/model_card.h"
#include "common/media/image.h"

namespace prelabel {

// All in pixels of the model's input. Outside of the rectangle there is padding.
struct Fit {
  int left = 0;
  int top = 0;
  int width = 0;  // of the picture, at least 1
  int height = 0;
  int input_width = 0;
  int input_height = 0;

  bool padded() const { return width != input_width || height != input_height; }
  friend bool operator==(const Fit&, const Fit&) = default;
};

// For a picture of width × height pixels.
//  stretch: all of the card's size.
//  none: the input has the picture's own size.
//  letterbox: as large as fits into the card's size with the aspect ratio kept, in the middle;
//  sides and margins rounded as Ultralytics' LetterBox (ultralytics/data/augment.py) rounds them.
Fit FitPicture(const ModelInput& input, int width, int height);

// `picture`, which has the fit's width and height, in an input all else of which has the value
// `pad` in every channel.
Image PadPicture(const Image& picture, const Fit& fit, int pad);

}  // namespace prelabel
