#include <algorithm>
#include <cmath>

#include "scripting/script_slot.h"

namespace outboard::scripting {

double position_of(const Parameter& parameter, double value) noexcept {
    const double range = parameter.maximum - parameter.minimum;
    if (!(range > 0)) {
        return 0;
    }
    const double share = std::clamp((value - parameter.minimum) / range, 0.0, 1.0);
    switch (parameter.curve) {
        case Parameter::Curve::log:
            if (parameter.minimum > 0) {
                return std::clamp(std::log(std::max(value, parameter.minimum) / parameter.minimum) /
                                      std::log(parameter.maximum / parameter.minimum),
                                  0.0, 1.0);
            }
            break;
        case Parameter::Curve::square:
            return std::sqrt(share);
        case Parameter::Curve::cube:
            return std::cbrt(share);
        case Parameter::Curve::linear:
            break;
    }
    return share;
}

double value_at(const Parameter& parameter, double position) noexcept {
    const double place = std::clamp(position, 0.0, 1.0);
    const double range = parameter.maximum - parameter.minimum;
    double value = parameter.minimum + range * place;
    switch (parameter.curve) {
        case Parameter::Curve::log:
            if (parameter.minimum > 0) {
                value = parameter.minimum * std::pow(parameter.maximum / parameter.minimum, place);
            }
            break;
        case Parameter::Curve::square:
            value = parameter.minimum + range * place * place;
            break;
        case Parameter::Curve::cube:
            value = parameter.minimum + range * place * place * place;
            break;
        case Parameter::Curve::linear:
            break;
    }
    if (parameter.step > 0) {
        value = parameter.minimum + std::round((value - parameter.minimum) / parameter.step) * parameter.step;
    }
    return std::clamp(value, parameter.minimum, std::max(parameter.minimum, parameter.maximum));
}

}  // namespace outboard::scripting
