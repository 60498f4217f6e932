// Where a label goes: nobody needs to look at it, somebody checks it, or somebody draws it anew.
// Apart from verdict.h, so that labels can carry it. Pure values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace prelabel {

enum class Route : std::uint8_t { kAuto, kReview, kManual };

// "auto", "review" or "manual": as in label files and on the command line.
constexpr std::string_view RouteName(Route route) {
  switch (route) {
    case Route::kAuto:
      return "auto";
    case Route::kReview:
      return "review";
    case Route::kManual:
      break;
  }
  return "manual";
}

constexpr std::optional<Route> ParseRoute(std::string_view name) {
  for (const Route route : {Route::kAuto, Route::kReview, Route::kManual}) {
    if (name == RouteName(route)) return route;
  }
  return std::nullopt;
}

}  // namespace prelabel
