"""What a month may cost, and who is told before it costs more."""

from aws_cdk import Aws, Stack
from aws_cdk.aws_budgets import CfnBudget
from constructs import Construct

from infra.settings import Settings

PAGE = "docs/runbook.md#money"
SPENT_PERCENT, FORECAST_PERCENT = 80, 100
"""Of the budget. AWS forecasts after some five weeks of bills, so what is spent counts as well."""


def create_budget(scope: Construct, settings: Settings, address: str) -> None:
    """Creates the budget of a month; `address` is told by mail, whose subject is the budget's name.

    It counts the whole account: what belongs to a stage is not known to a bill without tags that
    somebody activates there.
    """
    subscriber = CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=address)
    CfnBudget(
        scope,
        "budget",
        budget=CfnBudget.BudgetDataProperty(
            budget_name=f"{Stack.of(scope).stack_name} {Aws.REGION} {PAGE}",
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=CfnBudget.SpendProperty(amount=settings.budget_usd, unit="USD"),
        ),
        notifications_with_subscribers=[
            CfnBudget.NotificationWithSubscribersProperty(
                notification=CfnBudget.NotificationProperty(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                ),
                subscribers=[subscriber],
            )
            for kind, percent in (("FORECASTED", FORECAST_PERCENT), ("ACTUAL", SPENT_PERCENT))
        ],
    )
