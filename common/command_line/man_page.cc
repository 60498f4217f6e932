#include "common/command_line/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace prelabel {
namespace {

constexpr std::size_t kHelpColumns = 90;
constexpr std::size_t kColumns = 78;  // of the source: mandoc asks for at most 80

// Words with blanks between, in lines of at most kColumns bytes.
std::string Filled(const std::string& text) {
  std::istringstream words(text);
  std::string filled;
  std::size_t used = 0;
  for (std::string word; words >> word;) {
    if (used > 0 && used + 1 + word.size() > kColumns) {
      filled += '\n';
      used = 0;
    }
    if (used > 0) filled += ' ';
    filled += word;
    used += word.size() + (used > 0 ? 1 : 0);
  }
  return filled;
}

// roff's own characters (groff_char(7)): a hyphen that is typed, a backslash, quotes.
std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '\\':
        escaped += "\\e";
        break;
      case '-':
        escaped += "\\-";
        break;
      case '\'':
        escaped += "\\(aq";
        break;
      case '^':
        escaped += "\\(ha";
        break;
      case '~':
        escaped += "\\(ti";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string Bold(const std::string& text) { return "\\fB" + Escaped(text) + "\\fR"; }
std::string Italic(const std::string& text) { return "\\fI" + Escaped(text) + "\\fR"; }

// Prose: what is between backquotes is bold. A line that begins with a full stop would be a macro.
std::string Prose(const std::string& text) {
  std::string marked;
  bool typed = false;
  std::string part;
  const auto flush = [&] {
    marked += typed ? Bold(part) : Escaped(part);
    part.clear();
  };
  for (const char c : text) {
    if (c != '`') {
      part += c;
      continue;
    }
    flush();
    typed = !typed;
  }
  flush();
  std::istringstream lines(Filled(marked));
  std::string prose;
  for (std::string line; std::getline(lines, line);) {
    if (line.front() == '.') prose += "\\&";
    prose += line + "\n";
  }
  return prose;
}

// Of --help and man pages alike: an empty line begins a paragraph.
std::string Paragraphs(const std::string& text) {
  std::string paragraphs;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.size(), text.find("\n\n", begin));
    if (begin > 0) paragraphs += ".PP\n";
    paragraphs += Prose(text.substr(begin, end - begin));
    begin = std::min(text.size(), end + 2);
  }
  return paragraphs;
}

std::string Sentence(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != '?') text += '.';
  return text;
}

std::string Listed(const CommandWord& word) {
  std::string term;
  for (const std::string& name : word.names) {
    term += (term.empty() ? "" : ", ") + Bold(name);
  }
  if (word.names.empty()) return Italic(word.value) + (word.many ? " ..." : "");
  if (!word.value.empty()) {
    term += " " + Italic(word.kind == ValueKind::kChoice ? "VALUE" : word.value);
  }
  return term;
}

std::string WordsOf(const std::vector<CommandWord>& words) {
  std::string text;
  for (const CommandWord& word : words) {
    std::string meaning = Sentence(word.description);
    if (word.kind == ValueKind::kChoice && !word.names.empty()) {
      meaning += fmt::format(" One of {}.", fmt::join(word.choices, ", "));
    }
    if (!word.range.empty()) meaning += fmt::format(" From {}.", word.range);
    if (!word.fallback.empty() && !word.value.empty()) {
      meaning += fmt::format(" Default: {}.", word.fallback);
    }
    text += ".TP\n" + Listed(word) + "\n" + Prose(meaning);
  }
  return text;
}

// "prelabel run [OPTIONS] job"
std::string Usage(const Command& command, const std::string& path) {
  std::string usage = Bold(path);
  if (!command.options.empty()) usage += " [" + Italic("OPTIONS") + "]";
  for (const CommandWord& word : command.positionals) {
    const std::string name = Italic(word.value) + (word.many ? "..." : "");
    usage += word.needed ? " " + name : " [" + name + "]";
  }
  return usage;
}

std::string TermsOf(const char* heading, const Manual::Terms& terms) {
  if (terms.empty()) return {};
  std::string text = fmt::format(".SH {}\n", heading);
  for (const auto& [term, meaning] : terms) {
    text += ".TP\n" + Bold(term) + "\n" + Prose(meaning);
  }
  return text;
}

}  // namespace

std::string ExitStatusLine(const Manual& manual) {
  std::string text;
  std::string line = "Exit status:";
  for (const auto& [status, meaning] : manual.exit_statuses) {
    const bool last = status == manual.exit_statuses.back().first;
    const std::string part = fmt::format("{} {}{}", status, meaning, last ? "." : ",");
    if (line.size() + 1 + part.size() > kHelpColumns) {
      text += line + "\n";
      line = part;
    } else {
      line += " " + part;
    }
  }
  return text + line;
}

std::string ManPage(const Command& root, const Manual& manual, const std::string& version,
                    const std::string& date) {
  std::string title;
  for (const char c : root.name) title += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  std::string text =
      fmt::format(".\\\" Generated by `{} man`.\n.TH {} 1 {} \"{}\" \"User Commands\"\n", root.name,
                  Escaped(title), date, version);
  text += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", Escaped(root.name),
                      Escaped(manual.summary));
  std::string synopsis;
  std::string commands;
  ForEachCommand(root, [&](const Command& command, const std::string& path) {
    const bool is_root = &command == &root;
    // What only leads to subcommands is no command by itself.
    bool works = command.commands.empty();
    for (const CommandWord& option : command.options) works |= !option.value.empty();
    if (works) synopsis += (synopsis.empty() ? "" : ".br\n") + Usage(command, path) + "\n";
    if (is_root || !works) return;
    commands += ".SS " + Usage(command, path) + "\n" + Prose(Sentence(command.description)) +
                WordsOf(command.positionals);
    for (const CommandWord& option : command.options) {
      if (option.names.back() != "--help") commands += WordsOf({option});
    }
    if (!command.footer.empty() && command.footer != root.footer) {
      commands += ".PP\n" + Paragraphs(command.footer);
    }
  });
  text += synopsis + ".SH DESCRIPTION\n";
  for (std::size_t i = 0; i < manual.description.size(); ++i) {
    text += (i > 0 ? ".PP\n" : "") + Prose(manual.description[i]);
  }
  text += ".SH OPTIONS\n" + WordsOf(root.positionals) + WordsOf(root.options);
  text += ".SH COMMANDS\n" + commands;
  text += TermsOf("EXIT STATUS", manual.exit_statuses);
  text += TermsOf("ENVIRONMENT", manual.environment);
  text += TermsOf("FILES", manual.files);
  for (std::size_t i = 0; i < manual.examples.size(); ++i) {
    const auto& [command, meaning] = manual.examples[i];
    text += fmt::format("{}\n{}.PP\n.nf\n.RS\n{}\n.RE\n.fi\n", i == 0 ? ".SH EXAMPLES" : ".PP",
                        Prose(meaning), Escaped(command));
  }
  text += ".SH SEE ALSO\n";
  for (std::size_t i = 0; i < manual.see_also.size(); ++i) {
    text += (i > 0 ? ",\n" : "") + Escaped(manual.see_also[i]);
  }
  return text + "\n";
}

}  // namespace prelabel
