"""Each donor's calendar as a Dagster schedule, in the donor's time zone; what a day asks for is in `donor_day`."""

from datetime import date
from zoneinfo import ZoneInfo

import dagster as dg

from ingest.errors import SangamError
from orchestration import tags
from orchestration.assets.released_event import event
from orchestration.assets.retries import retried
from orchestration.resources import Home
from orchestration.s3.patience import UnreachableError
from orchestration.warehouse import logframes
from orchestration.warehouse.logframe_words import Donor


class CalendarDay(dg.Config):
    """A day of a donor's calendar, in the donor's time zone (2021-07-30)."""

    donor: str
    date: str


@dg.op(
    description="Publish what is signed off and due, mail what is missing and waits, and that a release is out."
)
def keep_calendar(context: dg.OpExecutionContext, config: CalendarDay, home: Home) -> None:
    """One day of one donor. Raises SangamError for what could not go out or be mailed; it is tried again."""
    # For start-up: only the step needs what publishes, not the code location.
    from orchestration.automation.donor_day import keep_day

    with retried(context):
        done = keep_day(
            home.settings,
            logframes.of_donor(config.donor).donor,
            date.fromisoformat(config.date),
            lambda published, by: context.log_event(event(published, by)),
        )
        for line in done.lines:
            context.log.info(line)
        for fault in done.faults:
            context.log.error(str(fault))
        if done.faults:
            raise next((one for one in done.faults if isinstance(one, UnreachableError)), done.faults[0])


@dg.job(name="calendar", description="A day of a donor's calendar.", executor_def=dg.in_process_executor)
def calendar_job() -> None:
    """One op."""
    keep_calendar()


def calendar_schedules() -> list[dg.ScheduleDefinition]:
    """A schedule for each donor whose logframe loads."""
    return [_schedule(frame.donor) for frame in logframes.sound()]


def _schedule(donor: Donor) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=f"calendar_{donor.code}",
        cron_schedule="0 8 * * *",
        execution_timezone=donor.time_zone,
        job=calendar_job,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"{donor.name}: each morning what is due goes out if it is signed off, and what waits is mailed.",
    )
    def each_morning(context: dg.ScheduleEvaluationContext, home: Home) -> dg.RunRequest | dg.SkipReason:
        # For start-up: only an evaluation needs what reads releases, not the code location.
        from orchestration.automation.donor_day import day_ahead

        today = context.scheduled_execution_time.astimezone(ZoneInfo(donor.time_zone)).date()
        try:
            if day_ahead(home.settings, donor, today).is_idle:
                return dg.SkipReason(f"Nothing of {donor.code} is to go out or to be told of on {today}.")
        except SangamError as error:  # the run meets it as well, fails, and so is told of
            context.log.warning(str(error))
        return dg.RunRequest(
            run_key=f"{donor.code}/{today}",
            run_config=dg.RunConfig(ops={"keep_calendar": CalendarDay(donor=donor.code, date=str(today))}),
            tags={tags.DONOR: donor.code, tags.DATE: str(today)},
        )

    return each_morning
