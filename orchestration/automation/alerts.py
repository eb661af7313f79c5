"""A mail after each run in which something failed, as Dagster sensors; what it says is in `mail.alert`."""

import dagster as dg

from orchestration.mail.alert import mail_run
from orchestration.mail.outbox import send_waiting
from orchestration.settings import home

_ENDS = {
    "alert_went_through": dg.DagsterRunStatus.SUCCESS,
    "alert_failed": dg.DagsterRunStatus.FAILURE,
    "alert_stopped": dg.DagsterRunStatus.CANCELED,
}


def alert_sensors() -> list[dg.SensorDefinition]:
    """A sensor for each way in which a run ends, and one that sends what could not be sent before."""
    return [*(_alert(name, status) for name, status in _ENDS.items()), mail_waiting]


def _alert(name: str, status: dg.DagsterRunStatus) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        name=name,
        run_status=status,
        monitor_all_code_locations=True,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="One mail a run to SANGAM_MAIL_TO where a step or a check failed.",
    )
    def alert(context: dg.RunStatusSensorContext) -> None:
        if note := mail_run(home(), context.instance, context.dagster_run):
            context.log.info(note.said)

    return alert


@dg.sensor(
    name="mail_waiting",
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tries mails again that the server did not take.",
)
def mail_waiting() -> dg.SkipReason:
    """Send what waits. Raises SangamError with what the server says."""
    return dg.SkipReason(f"{send_waiting(home()):,} mails were sent that had waited.")
