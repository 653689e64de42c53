// child<T>(args..., parent): a widget, layout or action that its Qt parent owns and deletes.
#pragma once

#include <memory>
#include <utility>

#include <QVariant>
#include <QWidget>

namespace outboard::ui {

/// The last argument is the parent, or the result goes straight into a layout, which gives it one.
template <class T, class... Args>
[[nodiscard]] T* child(Args&&... args) {
    return std::make_unique<T>(std::forward<Args>(args)...).release();
}

/// Names the widget's role for the style sheet, and draws it anew when the role changes.
void set_kind(QWidget& widget, const char* kind);

}  // namespace outboard::ui
