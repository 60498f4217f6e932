// How a picture is shown to the model in each view, and where the boxes that the model then gives
// are in the picture as it is. Pure; thread-safe.
#pragma once

#include <functional>

#include "common/geometry/box.h"
#include "common/job/model_card.h"
#include "common/labels/view.h"
#include "common/media/image.h"

namespace prelabel {

// `image` in the model's size, changed as the view says. `resize` stretches an image to a size.
//  kFlip: mirrored left to right.
//  kColor: contrast 0.85 about the middle, 10 of 255 brighter, red 7 % more and blue 7 % less.
//  kScale: 0.8 of the width and the height in the middle; the margin has the card's mean color.
//  kPlain, kSecondModel: as it is.
Image ShowView(View view, const Image& image, const ModelInput& input,
               const std::function<Image(const Image&, int width, int height)>& resize);

// A box in pixels of the model's input in that view, in pixels of the plain view's input.
Box FromView(View view, const Box& box, const ModelInput& input);

}  // namespace prelabel
