"""The lives a campaign tells: together they reach every stage of every lifecycle, with a burst at each."""

from typing import Final

from tests.fuzz import (
    case_plots,
    device_plots,
    option_plots,
    order_plots,
    subscription_plots,
    trial_plots,
    wholesale_plots,
)
from tests.fuzz.scene import Plot

PLOTS: Final[tuple[Plot, ...]] = (
    order_plots.a_straight_order,
    wholesale_plots.a_check_that_waits_for_a_list,
    trial_plots.a_trial_lost_with_its_numbers,
    option_plots.options_of_a_subscription,
    case_plots.a_case_worked_on,
    subscription_plots.a_subscription_renewed,
    device_plots.a_device_that_comes_back_late,
    trial_plots.a_trial_consented,
    order_plots.an_order_placed_anywhen,
    order_plots.an_order_with_a_huge_form,
    subscription_plots.a_subscription_told_anything,
    trial_plots.a_new_customer_s_trial,
    case_plots.a_case_that_misses_everything,
    wholesale_plots.a_customer_never_compliant,
    wholesale_plots.a_customer_used,
    order_plots.a_late_order,
    trial_plots.a_trial_nobody_consents_to,
    subscription_plots.a_subscription_suspended,
    device_plots.a_device_called_back,
    wholesale_plots.a_customer_that_moves,
    wholesale_plots.a_customer_without_effect,
    device_plots.a_device_of_nobody,
    case_plots.a_case_of_nobody,
    order_plots.an_order_refused,
    trial_plots.a_trial_lost,
    order_plots.an_order_cancelled,
)
