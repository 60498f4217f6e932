// The HTML report's script: threshold sliders and the filter of classes. The page is complete
// without it.
#pragma once

#include <string_view>

namespace prelabel {

extern const std::string_view kReportScript;

// Base64 of kReportScript's SHA-256, for the page's Content-Security-Policy: no other script runs,
// whatever names are in the page. tests/integration/page_test.py holds it to the script.
extern const std::string_view kReportScriptSha256;

}  // namespace prelabel
