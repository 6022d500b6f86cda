"""Starts ministack 1.5 with what it lacks: the reference to a secret is its ARN, as CloudFormation gives it, and not its name; an alarm over an
expression is taken, as an alarm over the first metric of the expression; not in a stack called Trial, whose deployment so fails half-way."""
import uuid

from ministack.app import main
from ministack.services.cloudformation import provisioners

SECRET = "AWS::SecretsManager::Secret"
handlers = next(
    value
    for value in vars(provisioners).values()
    if isinstance(value, dict) and isinstance(value.get(SECRET), dict) and "create" in value[SECRET]
)
given = handlers[SECRET]


def name_of(physical_id):
    secrets = provisioners._sm._secrets
    return next((name for name, secret in secrets.items() if secret["ARN"] == physical_id), physical_id)


def create(logical_id, props, stack_name):
    name = props.get("Name") or f"{logical_id}-{uuid.uuid4().hex[:12]}"
    _, attributes = given["create"](logical_id, {**props, "Name": name}, stack_name)
    return attributes["Arn"], attributes


def update(physical_id, old_props, new_props, stack_name, logical_id=None):
    _, attributes = given["update"](name_of(physical_id), old_props, new_props, stack_name, logical_id)
    return attributes["Arn"], attributes


def delete(physical_id, props):
    return given["delete"](name_of(physical_id), props)


def first_metric(props):
    """The properties of the alarm without its expression."""
    if "Metrics" not in props:
        return props
    stat = next(each["MetricStat"] for each in props["Metrics"] if "MetricStat" in each)
    rest = {key: value for key, value in props.items() if key != "Metrics"}
    return {**rest, **stat["Metric"], "Statistic": stat["Stat"], "Period": stat["Period"]}


def without_expressions(handler):
    def handle(*args):
        if "Trial" in args:
            return handler(*args)
        return handler(*(first_metric(each) if isinstance(each, dict) else each for each in args))

    return handle


ALARM = "AWS::CloudWatch::Alarm"
handlers[SECRET] = {**given, "create": create, "update": update, "delete": delete}
handlers[ALARM] = {
    name: without_expressions(handler) if callable(handler) else handler
    for name, handler in handlers[ALARM].items()
}
main()
