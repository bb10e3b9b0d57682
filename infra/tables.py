"""The DynamoDB tables: songs, the end of everyone's last song, what was played, and opinions."""

from dataclasses import dataclass

from aws_cdk.aws_dynamodb import (
    Attribute,
    AttributeType,
    BillingMode,
    PointInTimeRecoverySpecification,
    ProjectionType,
    Table,
)
from constructs import Construct

from infra.checks import accept
from infra.settings import Settings

BY_TEMPO = "by-tempo"


@dataclass(frozen=True)
class Tables:
    songs: Table
    song_ends: Table
    tastes: Table
    plays: Table

    @property
    def by_tempo_arn(self) -> str:
        """The index of songs by library and tempo bucket."""
        return f"{self.songs.table_arn}/index/{BY_TEMPO}"


def create_tables(scope: Construct, settings: Settings) -> Tables:
    """Creates `songs` with its index `by-tempo`, `tastes`, and `song-ends` and `plays`, whose items
    expire if the stage keeps what people did for some days only."""
    songs = _table(scope, "songs", settings, key="library", sort_key="song_id")
    songs.add_global_secondary_index(
        index_name=BY_TEMPO,
        partition_key=_text("tempo_bucket"),
        sort_key=Attribute(name="tempo", type=AttributeType.NUMBER),
        projection_type=ProjectionType.ALL,
    )
    song_ends = _table(scope, "song-ends", settings, key="user_id", expires="expires_at")
    tastes = _table(scope, "tastes", settings, key="user_id")
    plays = _table(scope, "plays", settings, key="user_id", sort_key="play", expires="expires_at")
    return Tables(songs, song_ends, tastes, plays)


def _table(
    scope: Construct,
    name: str,
    settings: Settings,
    *,
    key: str,
    sort_key: str | None = None,
    expires: str | None = None,
) -> Table:
    table = Table(
        scope,
        name,
        partition_key=_text(key),
        sort_key=_text(sort_key) if sort_key else None,
        time_to_live_attribute=expires,
        billing_mode=BillingMode.PAY_PER_REQUEST,
        point_in_time_recovery_specification=PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=settings.keeps_data
        ),
        deletion_protection=settings.keeps_data,
        removal_policy=settings.guarded_removal,
    )
    if not settings.keeps_data:
        accept(table, "DDB3", "Data of the dev stage is made up and is thrown away with it.")
    return table


def _text(name: str) -> Attribute:
    return Attribute(name=name, type=AttributeType.STRING)
