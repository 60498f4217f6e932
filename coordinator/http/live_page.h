// The page at /: one file without parts elsewhere, in the report's style. It holds no data: its
// script asks /api/v1/status every second and puts what it gets in as text, never as markup.
#pragma once

#include <string>
#include <string_view>

namespace prelabel {

// `nonce`: what the response's Content-Security-Policy admits styles and scripts by; unpredictable,
// another one each time, letters and digits.
std::string LivePage(const std::string& nonce);

// What somebody without the token sees: a form to put it in. `file`: where the token is; `wrong`:
// one was given.
std::string TokenPage(const std::string& file, bool wrong, const std::string& nonce);

// The Content-Security-Policy of both: nothing from elsewhere, no script but the page's own.
std::string PagePolicy(const std::string& nonce);

std::string_view LivePageScript();

}  // namespace prelabel
