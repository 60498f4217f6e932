// The style sheet of the HTML report. Light and dark follow the reader's system.
#pragma once

#include <string_view>

namespace prelabel {

extern const std::string_view kReportCss;

}  // namespace prelabel
