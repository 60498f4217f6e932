// Ways of looking at an item once more, to see how sure a model is of what it said: with the
// picture changed, or with another model. What labels are made of is the plain view alone. Values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace prelabel {

enum class View : std::uint8_t {
  kPlain,
  kFlip,        // mirrored left to right
  kColor,       // a little brighter, flatter and warmer
  kScale,       // shown at 0.8 of its size
  kSecondModel  // the picture as it is, another model
};

inline constexpr std::size_t kViews = 5;

// As job files, reports and status name it.
constexpr const char* ViewName(View view) {
  constexpr std::array<const char*, kViews> kNames = {"plain", "flip", "color", "scale",
                                                      "second_model"};
  return kNames[static_cast<std::size_t>(view)];
}

}  // namespace prelabel
